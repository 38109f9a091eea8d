"""The push path: from a committed change to every open tab."""
