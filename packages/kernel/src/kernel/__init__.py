"""What every service knows: the law's own words and questions, pure functions over frozen facts (DESIGN 2)."""
