-- when the quantity was last stated, or the line put in: an order placed before does not take it out
ALTER TABLE lines ADD COLUMN stated_at BIGINT NOT NULL DEFAULT 0;
