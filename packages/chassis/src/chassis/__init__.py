"""What every service runs on: one transaction an edge, an outbox, an inbox, clocks, deliveries, and the HTTP around them."""
