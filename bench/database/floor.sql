-- The floor: the least that an enrolment can be (order, item, enrolment, seat counter) in one call, without rules, rights or history.
-- And the thin purchase: what a small server of one's own would do in its place, in nine statements.
create schema floor;

create table floor.courses (
  id integer primary key,
  title text not null,
  price integer not null,
  seats integer not null,
  seats_taken integer not null default 0,
  check (seats_taken <= seats)
) with (fillfactor = 50);

create table floor.orders (
  id bigint generated always as identity primary key,
  student_id bigint not null,
  status text not null,
  total integer not null,
  currency text not null,
  created_at timestamptz not null default now()
);
create index on floor.orders (student_id);

create table floor.order_items (
  id bigint generated always as identity primary key,
  order_id bigint not null references floor.orders (id),
  course_id integer not null references floor.courses (id),
  quantity integer not null,
  price integer not null
);
create index on floor.order_items (order_id);

create table floor.enrollments (
  id bigint generated always as identity primary key,
  course_id integer not null references floor.courses (id),
  student_id bigint not null,
  order_item_id bigint not null references floor.order_items (id),
  status text not null,
  created_at timestamptz not null default now(),
  unique (course_id, student_id)
);

create table floor.payments (
  id bigint generated always as identity primary key,
  order_id bigint not null references floor.orders (id),
  amount integer not null,
  status text not null
);
create index on floor.payments (order_id);

create table floor.events (
  id bigint generated always as identity primary key,
  name text not null,
  order_id bigint not null references floor.orders (id)
);

insert into floor.courses (id, title, price, seats) select number, 'Course ' || number, 1000 + number, 2000000000 from generate_series(1, :courses) as number;

create function floor.enroll()
returns bigint
language plpgsql
as $$
declare
  v_course integer := 1 + floor(random() * :courses);
  v_student bigint := floor(random() * 4e12);
  v_price integer;
  v_order bigint;
  v_item bigint;
begin
  update floor.courses set seats_taken = seats_taken + 1 where id = v_course and seats_taken < seats returning price into v_price;
  insert into floor.orders (student_id, status, total, currency) values (v_student, 'paid', v_price, 'IDR') returning id into v_order;
  insert into floor.order_items (order_id, course_id, quantity, price) values (v_order, v_course, 1, v_price) returning id into v_item;
  insert into floor.enrollments (course_id, student_id, order_item_id, status) values (v_course, v_student, v_item, 'active');
  return v_order;
end
$$;

create function floor.purchase(course integer, student bigint)
returns json
language plpgsql
as $$
declare
  v_price integer;
  v_order bigint;
  v_item bigint;
begin
  select price into v_price from floor.courses where id = course;
  perform from floor.enrollments where course_id = course and student_id = student;
  update floor.courses set seats_taken = seats_taken + 1 where id = course and seats_taken < seats;
  insert into floor.orders (student_id, status, total, currency) values (student, 'paid', v_price, 'IDR') returning id into v_order;
  insert into floor.order_items (order_id, course_id, quantity, price) values (v_order, course, 1, v_price) returning id into v_item;
  insert into floor.enrollments (course_id, student_id, order_item_id, status) values (course, student, v_item, 'active');
  insert into floor.payments (order_id, amount, status) values (v_order, v_price, 'success');
  insert into floor.events (name, order_id) values ('order.paid', v_order);
  return (select to_json(orders) from floor.orders where id = v_order);
end
$$;

-- Empty tables that were analysed make foreign keys check by sequential scan: load first, analyse then.
insert into floor.orders (student_id, status, total, currency) select -number, 'paid', 1000, 'IDR' from generate_series(1, :sales) as number;
insert into floor.order_items (order_id, course_id, quantity, price) select id, 1 + id % :courses, 1, 1000 from floor.orders;
insert into floor.enrollments (course_id, student_id, order_item_id, status) select course_id, -order_id, id, 'active' from floor.order_items;
insert into floor.payments (order_id, amount, status) select id, 1000, 'success' from floor.orders;
insert into floor.events (name, order_id) select 'order.paid', id from floor.orders;
