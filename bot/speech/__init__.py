"""What colleagues write, in English and Chinese -> a card, an answer or a question. No model, no guessing."""
