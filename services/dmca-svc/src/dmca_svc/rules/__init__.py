"""The law of takedown notices: facts in, Decision out; each docstring is the rule (R39-R49, D8-D10, 17 U.S.C. 512)."""
