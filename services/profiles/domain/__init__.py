"""The rules of profiles: members, whom an attendee record means, who may see what. Pure."""
