package io.github.gracefulshutdown.autoconfigure.caller;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ReplayableBody}. */
class ReplayableBodyTests {

	private static final DefaultDataBufferFactory buffers = DefaultDataBufferFactory.sharedInstance;

	private final TestPublisher<DataBuffer> source = TestPublisher.create();

	private final ReplayableBody body = new ReplayableBody(8);

	@Test
	void isSentAgainIfItWasNotBegun() {
		StepVerifier.create(this.body.isReplayable()).expectNext(true).verifyComplete();
		StepVerifier.create(sentFrom(Flux.just(buffer("one")))).expectNext("one").verifyComplete();
	}

	@Test
	void isSentAgainAsItWas() {
		StepVerifier.create(sentFrom(Flux.just(buffer("one "), buffer("two"))))
			.expectNext("one ", "two")
			.verifyComplete();
		StepVerifier.create(this.body.isReplayable()).expectNext(true).verifyComplete();
		StepVerifier.create(sent()).expectNext("one two").verifyComplete();
	}

	@Test
	void theRestIsKeptWhenNobodyTakesItAnyMore() {
		sendAndLeaveAfter("one ");
		StepVerifier.create(this.body.isReplayable())
			.expectSubscription()
			.then(() -> this.source.next(buffer("two")))
			.expectNoEvent(Duration.ofMillis(50))
			.then(this.source::complete)
			.expectNext(true)
			.verifyComplete();
		StepVerifier.create(sent()).expectNext("one two").verifyComplete();
	}

	@Test
	void nothingIsKeptForARequestThatIsNotSentAgain() {
		sendAndLeaveAfter("one");
		this.source.assertNotCancelled();
		this.body.isNotSentAgain();
		this.source.assertCancelled();
		StepVerifier.create(this.body.isReplayable()).expectNext(false).verifyComplete();
	}

	@Test
	void itEndsWithWhoTakesItWhenItIsNotSentAgain() {
		Disposable sending = sent().subscribe();
		this.source.next(buffer("one"));
		this.body.isNotSentAgain();
		this.source.assertNotCancelled();
		sending.dispose();
		this.source.assertCancelled();
	}

	@Test
	void whatIsTooLongIsSentButNotKept() {
		StepVerifier.create(sent())
			.then(() -> this.source.next(buffer("123456789")))
			.expectNext("123456789")
			.then(() -> StepVerifier.create(this.body.isReplayable()).expectNext(false).verifyComplete())
			.then(this.source::complete)
			.verifyComplete();
	}

	@Test
	void whatTurnsOutToBeTooLongIsGivenUp() {
		sendAndLeaveAfter("1234");
		this.source.next(buffer("56789"));
		this.source.assertCancelled();
		StepVerifier.create(this.body.isReplayable()).expectNext(false).verifyComplete();
	}

	@Test
	void whatBreaksOffIsNotSentAgain() {
		sendAndLeaveAfter("one");
		this.source.error(new IllegalStateException("The client has gone"));
		StepVerifier.create(this.body.isReplayable()).expectNext(false).verifyComplete();
	}

	@Test
	void theEndIsNotWaitedForForGood() {
		sendAndLeaveAfter("one");
		StepVerifier.withVirtualTime(this.body::isReplayable)
			.expectSubscription()
			.expectNoEvent(Duration.ofSeconds(10).minusNanos(1))
			.thenAwait(Duration.ofNanos(1))
			.expectNext(false)
			.verifyComplete();
	}

	@Test
	void whatWasBegunBeforeIsNotMixedIn() {
		sendAndLeaveAfter("one");
		StepVerifier.create(sentFrom(Flux.just(buffer("two")))).expectNext("two").verifyComplete();
		this.source.assertCancelled();
		StepVerifier.create(this.body.isReplayable()).expectNext(true).verifyComplete();
		StepVerifier.create(sent()).expectNext("two").verifyComplete();
	}

	private void sendAndLeaveAfter(String text) {
		StepVerifier.create(sent()).then(() -> this.source.next(buffer(text))).expectNext(text).thenCancel().verify();
		assertThat(this.source.subscribeCount()).isOne();
	}

	private Flux<String> sent() {
		return sentFrom(this.source.flux());
	}

	private Flux<String> sentFrom(Flux<DataBuffer> body) {
		return this.body.send(body, buffers).map((buffer) -> buffer.toString(StandardCharsets.UTF_8));
	}

	private static DataBuffer buffer(String text) {
		return buffers.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

}
