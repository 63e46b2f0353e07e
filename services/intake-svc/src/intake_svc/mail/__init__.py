"""How mail comes in and is read: a child process that takes it apart, and a listener to which a mail system hands it over (R87, D20)."""
