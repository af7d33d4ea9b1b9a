package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Call}. */
class CallTests {

	private static final CalledInstance A = new CalledInstance("orders", "a:80", "one");

	private static final CalledInstance B = new CalledInstance("orders", "b:80", null);

	private final AtomicLong nanos = new AtomicLong();

	private final Set<CalledInstance> connectable = new HashSet<>();

	private final Calls calls = new Calls(this.nanos::get, this.connectable::contains, Duration.ofSeconds(60), 3, 0.2);

	private final Call call = this.calls.begin("orders");

	@Test
	void aRefusalIsAProofAndEvicts() {
		this.call.goesTo(A);
		assertThat(this.call.isRefusedBy(new Notice(true, "one"))).isTrue();
		assertThat(this.calls.leaving().find(A)).isNotNull();
		assertThat(service().evicted().sum()).isOne();
	}

	@Test
	void aLameDuckHasExecutedTheCallAndIsEvicted() {
		this.call.goesTo(A);
		assertThat(this.call.isRefusedBy(new Notice(false, "one"))).isFalse();
		assertThat(this.calls.leaving().find(A)).isNotNull();
	}

	@Test
	void aNoticeOfAnotherInstanceIsIgnored() {
		this.call.goesTo(A);
		assertThat(this.call.isRefusedBy(new Notice(true, "two"))).isFalse();
		assertThat(this.call.isRefusedBy(new Notice(true, null))).isFalse();
		assertThat(this.calls.leaving().isEmpty()).isTrue();
	}

	@Test
	void anInstanceWithoutIdentifierIsTrusted() {
		this.call.goesTo(B);
		assertThat(this.call.isRefusedBy(new Notice(true, "any"))).isTrue();
	}

	@Test
	void nothingIsProvedWhenNoInstanceIsKnownToHaveBeenCalled() {
		assertThat(this.call.isRefusedBy(new Notice(true, "one"))).isFalse();
		assertThat(this.call.isRefusedBy(new ConnectException())).isFalse();
	}

	@Test
	void aConnectionThatNeverCameAboutIsAProofAndEvicts() {
		this.call.goesTo(A);
		assertThat(this.call.isRefusedBy(new IOException(new ConnectException("refused")))).isTrue();
		assertThat(this.calls.leaving().find(A)).isNotNull();
		assertThat(service().evicted().sum()).isOne();
	}

	@Test
	void aConnectionThatNeverCameAboutIsNoProofWhenTheInstanceTakesOthers() {
		this.connectable.add(A);
		this.call.goesTo(A);
		assertThat(this.call.isRefusedBy(new IOException(new ConnectException("refused")))).isFalse();
		assertThat(this.calls.leaving().isEmpty()).isTrue();
	}

	@Test
	void aConnectionThatWasResetIsNoProof() {
		this.call.goesTo(A);
		assertThat(this.call.isRefusedBy(new SocketException("Connection reset"))).isFalse();
		assertThat(this.calls.leaving().isEmpty()).isTrue();
	}

	@Test
	void aCallGoesToAFewInstancesAtMost() {
		this.call.goesTo(A);
		assertThat(this.call.retries(true)).isTrue();
		this.call.goesTo(B);
		assertThat(this.call.retries(true)).isTrue();
		this.call.goesTo(new CalledInstance("orders", "c:80", null));
		assertThat(this.call.retries(true)).isFalse();
		assertThat(service().retried().sum()).isEqualTo(2);
		assertThat(service().exhausted().sum()).isOne();
	}

	@Test
	void aCallThatCannotGoElsewhereCostsNoBudget() {
		for (int attempt = 0; attempt < 100; attempt++) {
			assertThat(this.call.retries(false)).isFalse();
		}
		assertThat(this.call.retries(true)).isTrue();
	}

	@Test
	void whatWasTriedIsKnownByItsAddress() {
		this.call.isOffered(() -> List.of(A, B));
		this.call.goesTo(A);
		assertThat(this.call.hasTried(new CalledInstance("orders", "a:80", "two"))).isTrue();
		assertThat(this.call.knowsAnother()).isTrue();
		this.call.goesTo(B);
		assertThat(this.call.knowsAnother()).isFalse();
	}

	@Test
	void anInstanceThatAnswersAndSaysNothingIsCalledAgain() {
		this.call.goesTo(B);
		this.call.isRefusedBy(new Notice(false, "one"));
		Call other = this.calls.begin("orders");
		assertThat(other.isRefusedBy((Notice) null)).isFalse();
		other.goesTo(B);
		assertThat(this.calls.leaving().find(B)).isNotNull();
		other.isRefusedBy((Notice) null);
		assertThat(this.calls.leaving().find(B)).isNull();
	}

	@Test
	void anAnswerFromBeforeTheNoticeDoesNotTakeItBack() {
		Call slow = this.calls.begin("orders");
		slow.goesTo(B);
		this.call.goesTo(B);
		this.call.isRefusedBy(new Notice(false, "one"));
		slow.isRefusedBy((Notice) null);
		assertThat(this.calls.leaving().find(B)).isNotNull();
	}

	private CalledService service() {
		return this.calls.services().get("orders");
	}

}
