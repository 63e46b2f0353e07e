"""The words of intake: what a request brings, what a case is, what an evaluator may recommend."""
