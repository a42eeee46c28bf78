"""What a network may count, and how, so that it learns about many companies and nothing about one (D9).

Two kinds of figures, two promises:

- **Stages** (`stages`, `groups`): how far companies got, counted exactly, from five companies on.
- **Answers** (`batches`, `noise`, `report`): what companies rated and did, only of those that agreed, from fifteen
  companies on, and with noise, because whoever brings fourteen companies of their own knows all but one answer.

What somebody can learn about a single answer, whatever they do and however often they look, is derived in `noise`.
"""
