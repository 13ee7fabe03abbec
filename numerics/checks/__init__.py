"""What holds for every state, and what the paper says: checks with residuals."""
