-- The W3C traceparent of the event that a delivery is about, which its messages continue; empty where there is none.
alter table deliveries add column trace text not null default '';
