package io.github.gracefulshutdown.sample.process;

import java.nio.file.Path;
import java.util.List;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * An execution as a ledger remembers it.
 *
 * @param requestId the id of the request
 * @param finished whether the execution came to its end
 */
public record RecordedExecution(String requestId, boolean finished) {

	static List<RecordedExecution> allIn(Path database) {
		String url = "jdbc:h2:file:" + database + ";IFEXISTS=TRUE";
		return JdbcClient.create(new DriverManagerDataSource(url))
			.sql("SELECT request_id, finished IS NOT NULL AS finished FROM execution")
			// By hand: the mapper of records has H2 write a stack trace for each row.
			.query((row, number) -> new RecordedExecution(row.getString("request_id"), row.getBoolean("finished")))
			.list();
	}

}
