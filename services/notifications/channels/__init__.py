"""How a notification reaches a person, a channel each."""
