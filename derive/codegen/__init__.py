"""From expressions to numerical code: programs, passes over them, printers of them."""
