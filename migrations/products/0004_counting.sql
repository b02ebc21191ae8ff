-- The products on offer are counted by category from this index alone: with what their sellers are known by, and the id, by
-- which the statement could join the stock.
drop index products_of_category;
create index products_of_category on products (category, seller, id) where status = 'active';
