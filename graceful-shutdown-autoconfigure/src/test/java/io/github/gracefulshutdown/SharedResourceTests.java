package io.github.gracefulshutdown;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.github.gracefulshutdown.SharedResource.Lease;
import io.github.gracefulshutdown.autoconfigure.Background;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link SharedResource}. */
class SharedResourceTests {

	private final List<String> closed = new CopyOnWriteArrayList<>();

	private final SharedResource<String> shared = SharedResource.of("index", "the index", this.closed::add);

	private final Logger logger = Logger.getLogger(SharedResource.class.getName());

	private final RecordingHandler log = new RecordingHandler();

	@BeforeEach
	void listen() {
		this.logger.addHandler(this.log);
	}

	@AfterEach
	void listenNoMore() {
		this.logger.removeHandler(this.log);
	}

	@Test
	void isClosedWhenTheLastLeaseIsGivenBackAndNotBefore() throws Exception {
		Lease<String> one = this.shared.acquire();
		Lease<String> two = this.shared.acquire();
		assertThat(one.get()).isEqualTo("the index");
		CompletableFuture<Void> released = release();
		Awaitility.await().untilAsserted(this::assertNobodyGetsIt);
		one.close();
		one.close(); // counts once
		assertThat(this.closed).isEmpty();
		two.close();
		released.get(10, TimeUnit.SECONDS);
		assertThat(this.closed).containsExactly("the index");
	}

	@Test
	void isClosedOnce() throws Exception {
		this.shared.release();
		this.shared.release();
		assertThat(this.closed).hasSize(1);
		assertThat(this.log.messages()).anyMatch((message) -> message.startsWith("Released 'index' after "));
	}

	@Test
	void saysWhereItIsAskedForTooLateAndWhereItWasReleased() throws Exception {
		this.shared.release();
		assertThatExceptionOfType(ResourceReleasedException.class).isThrownBy(this::askTooLate)
			.withMessageStartingWith("'index' is asked for after it was released")
			.satisfies((ex) -> assertThat(ex.getStackTrace())
				.anyMatch((frame) -> frame.getMethodName().equals("askTooLate")))
			.satisfies((ex) -> assertThat(ex.getCause()).hasMessage("'index' was released here")
				.satisfies((released) -> assertThat(released.getStackTrace())
					.anyMatch((frame) -> frame.getMethodName().startsWith("saysWhere"))));
		assertThat(this.log.messages()).anyMatch((message) -> message.contains("is asked for after"));
	}

	private void askTooLate() {
		this.shared.acquire().close();
	}

	@Test
	void saysForWhomItsReleaseWaits() throws Exception {
		Lease<String> lease = this.shared.acquire();
		String waitsForUs = "The release of 'index' waits for [thread " + Thread.currentThread().getName()
				+ ", which has had it for ";
		CompletableFuture<Void> released = release();
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.log.messages()).anyMatch((message) -> message.startsWith(waitsForUs)));
		lease.close();
		released.get(10, TimeUnit.SECONDS);
	}

	@Test
	void isNotClosedWhileItIsHeldWhateverHappensToWhoReleases() throws Exception {
		Lease<String> lease = this.shared.acquire();
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.shared::release);
		assertThat(this.closed).isEmpty();
		lease.close();
		this.shared.release();
		assertThat(this.closed).hasSize(1);
	}

	private void assertNobodyGetsIt() {
		assertThatExceptionOfType(ResourceReleasedException.class).isThrownBy(() -> this.shared.acquire().close());
	}

	private CompletableFuture<Void> release() {
		return Background.run(() -> {
			try {
				this.shared.release();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	private static final class RecordingHandler extends Handler {

		private final List<LogRecord> records = new CopyOnWriteArrayList<>();

		@Override
		public void publish(LogRecord record) {
			this.records.add(record);
		}

		List<String> messages() {
			return this.records.stream()
				.map((record) -> MessageFormat.format(record.getMessage(),
						(record.getParameters() != null) ? record.getParameters() : new Object[0]))
				.toList();
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	}

}
