"""Push and chat: a line and a link to addresses that members named themselves."""
