-- How far payment and shipping have come. The status may also be paid, partly_shipped, shipped, delivered, completed, expired or
-- refunded by now.
alter table orders
    -- Sellers who have yet to send their lines.
    add to_ship bigint not null default 0,
    add paid boolean not null default false,
    -- All that the provider ever took, and all that went back.
    add captured_amount bigint not null default 0,
    add refunded_amount bigint not null default 0;
update orders set to_ship = (select count(distinct seller) from order_lines where order_id = id);
