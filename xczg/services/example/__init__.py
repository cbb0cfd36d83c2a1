"""The example city 崤陵市: everything in it is fictional, and a function of today's date alone."""

from xczg.services.example.accounts import ExampleAccount, example_accounts
from xczg.services.example.load import load_example

__all__ = ["ExampleAccount", "example_accounts", "load_example"]
