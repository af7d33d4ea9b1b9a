package io.github.gracefulshutdown.sample.load;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * One request.
 *
 * @param kind the kind of the request
 * @param id the id of the request
 * @param parts how often the instance has to work for it
 * @param ms how long the instance has to work each time
 */
public record Call(Kind kind, String id, int parts, int ms) {

	public static Call of(Kind kind, int parts, int ms) {
		return new Call(kind, UUID.randomUUID().toString(), parts, ms);
	}

	/**
	 * {@return the request ids that a complete answer consists of} Every message of a
	 * bidirectional call is a piece of work with an id of its own.
	 */
	List<String> answer() {
		return switch (this.kind) {
			case GET, POST, ASYNC, UNARY -> List.of(this.id);
			case STREAM, SERVER_STREAM -> Collections.nCopies(this.parts, this.id);
			case BIDIRECTIONAL -> IntStream.range(0, this.parts).mapToObj((part) -> this.id + "/" + part).toList();
		};
	}

	/**
	 * {@return the request ids that the ledger must know}
	 */
	public List<String> executions() {
		return answer().stream().distinct().toList();
	}

}
