"""The journal page: why was she refused?"""
