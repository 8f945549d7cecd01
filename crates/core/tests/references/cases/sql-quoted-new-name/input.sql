select total from orders where orders.total > 1;
