-- Takes back: {title}
-- Created {date}
--
-- Write below what undoes {file}, in the opposite order.
-- Say here what cannot be brought back, such as the rows of a dropped column.

