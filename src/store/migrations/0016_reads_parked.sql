-- Until when GitHub grants no reads, while it still takes what is written: its hours for both are two.
ALTER TABLE installation ADD COLUMN reads_parked_until BIGINT;
