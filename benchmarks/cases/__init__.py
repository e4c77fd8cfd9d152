"""The cases: each measures one promise and adds its rows and budgets to the report."""
