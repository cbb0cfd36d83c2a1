"""Speed, measured over real WebSocket sessions and told as ratios within one run."""
