package io.github.gracefulshutdown.sample.system;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.Stop;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Something wrong with an instance, and what is to become of it.
 *
 * @param description what is wrong
 * @param arguments the command line arguments that make it so
 * @param provoke what is done to a running instance to make it so
 * @param exitCode the exit code that is expected
 * @param log what the log has to say
 * @param round which of several rounds it is in, from 1 on
 */
record Fault(String description, List<String> arguments, Consumer<SampleProcess> provoke, int exitCode, String log,
		int round) {

	private static final int HALTED = 1;

	/** A fault for which the process has to be halted. */
	static Fault halted(String description, String log) {
		return new Fault(description, List.of(), (sample) -> {
		}, HALTED, log, 1);
	}

	/** A fault for which the process has to be halted, and cannot log it. */
	static Fault haltedSilently(String description) {
		return new Fault(description, List.of(), (sample) -> {
		}, HALTED, "", 1);
	}

	/** A fault with which the process ends by itself. */
	static Fault survived(String description, String log) {
		return new Fault(description, List.of(), (sample) -> {
		}, Stop.TERMINATED, log, 1);
	}

	Fault with(String argument) {
		return new Fault(this.description, Stream.concat(this.arguments.stream(), Stream.of(argument)).toList(),
				this.provoke, this.exitCode, this.log, this.round);
	}

	Fault inRound(int round) {
		return new Fault(this.description, this.arguments, this.provoke, this.exitCode, this.log, round);
	}

	boolean isHalted() {
		return this.exitCode == HALTED;
	}

	Fault after(Consumer<SampleProcess> provoke) {
		return new Fault(this.description, this.arguments, this.provoke.andThen(provoke), this.exitCode, this.log,
				this.round);
	}

	/** Requests that begin the fault. */
	Fault afterRequests(String fault, String... paths) {
		return after((sample) -> {
			List<CompletableFuture<?>> answers = Stream.of(paths).<CompletableFuture<?>>map(sample::begin).toList();
			sample.awaitLog("Fault begins: " + fault);
			assertThat(answers).allSatisfy((answer) -> assertThat(answer).isNotCompletedExceptionally());
		});
	}

	/**
	 * {@return the row of the table of faults}
	 */
	String row() {
		return "| %s | %s | %s |".formatted(this.description,
				isHalted() ? "halted at the deadline, exit code 1" : "exit code " + this.exitCode,
				this.log.isEmpty() ? "the termination message alone" : "`" + this.log + "`");
	}

	@Override
	public String toString() {
		return (this.round > 1) ? this.description + ", round " + this.round : this.description;
	}

}
