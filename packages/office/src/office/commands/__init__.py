"""The commands of `office`, one module for what belongs together; each is imported only when it runs."""
