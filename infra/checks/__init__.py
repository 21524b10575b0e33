"""House rules that no tool on the market knows: `python -m infra.checks`. One small reading of the syntax tree each."""
