package io.github.gracefulshutdown.autoconfigure.caller;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.gracefulshutdown.autoconfigure.caller.LeavingInstances.Mark;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link LeavingInstances}. */
class LeavingInstancesTests {

	private static final Notice LAME_DUCK = new Notice(false, "one");

	private static final Notice REFUSED = new Notice(true, "one");

	private static final CalledInstance A = new CalledInstance("orders", "a:80", null);

	private static final CalledInstance B = new CalledInstance("orders", "b:80", null);

	private static final CalledInstance C = new CalledInstance("orders", "c:80", null);

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);

	private final LeavingInstances leaving = new LeavingInstances(this.nanos::get, Duration.ofSeconds(60));

	@Test
	void anInstanceThatLeavesIsSkipped() {
		assertThat(this.leaving.mark(A, LAME_DUCK)).isTrue();
		assertThat(this.leaving.mark(A, LAME_DUCK)).as("marked already").isFalse();
		assertThat(select(A, B, C)).containsExactly(B, C);
	}

	@Test
	void anInstanceComesBackWhenTheEvictionTimeIsOver() {
		this.leaving.mark(A, LAME_DUCK);
		pass(Duration.ofSeconds(60).minusNanos(1));
		assertThat(select(A, B)).containsExactly(B);
		pass(Duration.ofNanos(1));
		assertThat(select(A, B)).containsExactly(A, B);
	}

	@Test
	void anInstanceThatCannotBeReachedComesBackSooner() {
		this.leaving.markUnreachable(A);
		pass(LeavingInstances.UNREACHABLE.minusNanos(1));
		assertThat(select(A, B)).containsExactly(B);
		pass(Duration.ofNanos(1));
		assertThat(select(A, B)).containsExactly(A, B);
	}

	@Test
	void theEvictionTimeStandsWhenAnInstanceThatLeavesCannotBeReachedEither() {
		this.leaving.mark(A, LAME_DUCK);
		pass(Duration.ofSeconds(59));
		assertThat(this.leaving.markUnreachable(A)).isFalse();
		pass(Duration.ofSeconds(1));
		assertThat(select(A, B)).containsExactly(A, B);
	}

	@Test
	void theLastOneIsNeverSkipped() {
		this.leaving.mark(A, REFUSED);
		assertThat(select(A)).containsExactly(A);
		this.leaving.mark(B, REFUSED);
		assertThat(select(A, B)).containsExactly(A, B);
	}

	@Test
	void whenAllLeaveThoseThatStillServeAreSelected() {
		this.leaving.mark(A, LAME_DUCK);
		this.leaving.mark(B, LAME_DUCK);
		this.leaving.markUnreachable(C);
		assertThat(select(A, B, C)).containsExactly(A, B);
		assertThat(this.leaving.mark(A, REFUSED)).as("known to leave").isFalse();
		assertThat(select(A, B, C)).containsExactly(B);
	}

	@Test
	void anInstanceThatWasTriedIsSelectedOnlyIfThereIsNoOther() {
		this.leaving.mark(B, REFUSED);
		assertThat(this.leaving.select(List.of(A, B), Function.identity(), A::equals)).containsExactly(B);
		assertThat(this.leaving.select(List.of(A), Function.identity(), A::equals)).containsExactly(A);
		assertThat(select()).isEmpty();
	}

	@Test
	void aReplacementOnTheSameAddressIsNotSkipped() {
		CalledInstance registered = new CalledInstance("orders", "a:80", "one");
		CalledInstance replacement = new CalledInstance("orders", "a:80", "two");
		this.leaving.mark(registered, LAME_DUCK);
		assertThat(select(registered, B)).containsExactly(B);
		assertThat(select(replacement, B)).containsExactly(replacement, B);
		this.leaving.mark(replacement, new Notice(false, "two"));
		assertThat(select(replacement, B)).containsExactly(B);
	}

	@Test
	void aReplacementThatLeavesTooIsSkippedForAllOfTheTime() {
		this.leaving.mark(A, LAME_DUCK);
		pass(Duration.ofSeconds(59));
		assertThat(this.leaving.mark(A, new Notice(false, "two"))).isTrue();
		pass(Duration.ofSeconds(59));
		assertThat(select(A, B)).containsExactly(B);
	}

	@Test
	void anInstanceOfAnotherServiceOnTheSameAddressIsNotSkipped() {
		this.leaving.mark(A, LAME_DUCK);
		CalledInstance other = new CalledInstance("customers", "a:80", null);
		assertThat(select(other, new CalledInstance("customers", "b:80", null))).hasSize(2);
	}

	@Test
	void whatIsNotListedAnyMoreIsForgotten() {
		this.leaving.mark(A, LAME_DUCK);
		this.leaving.retain("customers", List.of());
		this.leaving.retain("orders", List.of(A, B));
		assertThat(select(A, B)).containsExactly(B);
		this.leaving.retain("orders", List.of(B));
		assertThat(select(A, B)).containsExactly(A, B);
		assertThat(this.leaving.isEmpty()).isTrue();
	}

	@Test
	void whatIsKnownByItsIdentifierIsNotForgotten() {
		CalledInstance registered = new CalledInstance("orders", "a:80", "one");
		this.leaving.mark(registered, LAME_DUCK);
		this.leaving.retain("orders", List.of(B));
		assertThat(select(registered, B)).containsExactly(B);
	}

	@Test
	void onlyTheMarkThatWasSeenIsForgotten() {
		this.leaving.mark(A, LAME_DUCK);
		Mark seen = Objects.requireNonNull(this.leaving.find(A));
		this.leaving.mark(A, REFUSED);
		this.leaving.forget(A, seen);
		assertThat(select(A, B)).containsExactly(B);
		this.leaving.forget(A, Objects.requireNonNull(this.leaving.find(A)));
		assertThat(select(A, B)).containsExactly(A, B);
	}

	@Test
	void theSetIsBounded() {
		for (int port = 0; port <= LeavingInstances.MOST; port++) {
			this.leaving.mark(new CalledInstance("orders", "a:" + port, null), LAME_DUCK);
			pass(Duration.ofMillis(1));
		}
		assertThat(this.leaving.find(new CalledInstance("orders", "a:0", null))).as("the first to end").isNull();
		assertThat(this.leaving.find(new CalledInstance("orders", "a:1", null))).isNotNull();
		assertThat(this.leaving.find(new CalledInstance("orders", "a:" + LeavingInstances.MOST, null))).isNotNull();
	}

	@Test
	void nothingIsSkippedWithoutAnEvictionTime() {
		LeavingInstances none = new LeavingInstances(this.nanos::get, Duration.ZERO);
		none.mark(A, LAME_DUCK);
		none.markUnreachable(B);
		assertThat(none.isEmpty()).isTrue();
	}

	private List<CalledInstance> select(CalledInstance... instances) {
		return this.leaving.select(List.of(instances), Function.identity(), (instance) -> false);
	}

	private void pass(Duration time) {
		this.nanos.addAndGet(time.toNanos());
	}

}
