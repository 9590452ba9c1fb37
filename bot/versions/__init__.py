"""The versions of a study's file: adopted, proposed, signed."""
