package io.github.gracefulshutdown.sample;

import java.time.Instant;
import java.util.UUID;

import com.zaxxer.hikari.HikariDataSource;
import io.github.gracefulshutdown.TeardownResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;

/**
 * Remembers in a database of this instance's own which requests were executed: a row when
 * an execution begins, its end when it is finished. Every request in flight needs the
 * database until its end, so it is closed as a {@link TeardownResource}, after the drain.
 */
@Component
final class Ledger implements TeardownResource {

	private static final Logger logger = LoggerFactory.getLogger(Ledger.class);

	private final JdbcClient jdbc;

	private final HikariDataSource database;

	Ledger(JdbcClient jdbc, HikariDataSource database) {
		this.jdbc = jdbc;
		this.database = database;
	}

	/**
	 * Begins to execute a request.
	 * @param requestId the id of the request, generated if there is none
	 * @return the execution
	 */
	Execution begin(@Nullable String requestId) {
		Execution execution = new Execution(this, UUID.randomUUID(),
				StringUtils.hasText(requestId) ? requestId : UUID.randomUUID().toString());
		this.jdbc.sql("INSERT INTO execution (id, request_id, began) VALUES (?, ?, ?)")
			.params(execution.id(), execution.requestId(), Instant.now())
			.update();
		logger.debug("Request {} begins", execution.requestId());
		return execution;
	}

	void finish(Execution execution) {
		this.jdbc.sql("UPDATE execution SET finished = ? WHERE id = ?").params(Instant.now(), execution.id()).update();
		logger.debug("Request {} is finished", execution.requestId());
	}

	@Override
	public void release() {
		this.database.close();
	}

}
