"""Who may do what: the statements that policies are made of, and the page that shows them."""
