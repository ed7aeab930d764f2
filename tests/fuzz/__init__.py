"""Spoiled files in every place that reads one: python -m tests.fuzz --minutes 10"""
