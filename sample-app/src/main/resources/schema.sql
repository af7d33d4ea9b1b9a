CREATE TABLE IF NOT EXISTS execution (
  id UUID PRIMARY KEY,
  request_id VARCHAR NOT NULL, -- not unique: a request that was executed twice has two rows
  began TIMESTAMP WITH TIME ZONE NOT NULL,
  finished TIMESTAMP WITH TIME ZONE
);
