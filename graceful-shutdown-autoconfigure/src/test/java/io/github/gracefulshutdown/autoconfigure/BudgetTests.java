package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Budget}. */
class BudgetTests {

	private final GracefulShutdownProperties properties = new GracefulShutdownProperties();

	private final Set<String> set = new HashSet<>();

	@Test
	void isAsByDefaultWhereNoGracePeriodIsKnown() {
		assertThat(budget().times()).isEqualTo(times(25, 10, 1, 10, null));
	}

	@ParameterizedTest
	@CsvSource({ "26", "30" })
	void isAsByDefaultWhereTheGracePeriodIsTheUsualOne(int gracePeriod) {
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(gracePeriod));
		assertThat(budget().times()).isEqualTo(times(25, 10, 1, 10, gracePeriod));
	}

	@Test
	void growsWithAGracePeriodThatIsSet() {
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(2));
		assertThat(budget().times()).isEqualTo(times(115, 100, 10, 10, 120));
	}

	@Test
	void growsWithAGracePeriodThatIsReadFromThenOn() {
		Budget budget = budget();
		Budget.Times before = budget.times();
		budget.follow(Duration.ofMinutes(2), Duration.ofSeconds(15));
		assertThat(budget.times()).isEqualTo(times(100, 85, 8.5, 10, 120));
		assertThat(before).isEqualTo(times(25, 10, 1, 10, null));
	}

	@Test
	void followsTheGracePeriodThatIsSetRatherThanTheOneThatIsRead() {
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(1));
		Budget budget = budget();
		budget.follow(Duration.ofMinutes(2), Duration.ZERO);
		assertThat(budget.times().timeout()).isEqualTo(Duration.ofSeconds(55));
	}

	@Test
	void isCutToAGracePeriodThatIsShorterAndEveryStepWithIt() {
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(10));
		this.properties.getPlatform().setPreStop(Duration.ofSeconds(2));
		assertThat(budget().times()).isEqualTo(times(7, 2.8, 1, 10, 10));
	}

	@Test
	void isCutByAGracePeriodThatIsSetAlsoWhereItIsSet() {
		set("timeout");
		this.properties.setTimeout(Duration.ofSeconds(40));
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(30));
		assertThat(budget().times().timeout()).isEqualTo(Duration.ofSeconds(29));
	}

	@Test
	void isNotCutByAGracePeriodThatIsReadWhereItIsSet() {
		set("timeout");
		Budget budget = budget();
		budget.follow(Duration.ofSeconds(10), Duration.ZERO);
		assertThat(budget.times().timeout()).isEqualTo(Duration.ofSeconds(25));
	}

	@Test
	void leavesHalfOfTheTimeForTheExitWhereThereIsNextToNone() {
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(1));
		assertThat(budget().times().timeout()).isEqualTo(Duration.ofMillis(500));
	}

	@Test
	void isAsSetWhereAPreStopTakesAllTheTime() {
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(10));
		this.properties.getPlatform().setPreStop(Duration.ofSeconds(10));
		assertThat(budget().times()).isEqualTo(times(25, 10, 1, 10, null));
	}

	@Test
	void whatIsSetStaysAsItIs() {
		set("timeout", "lame-duck.maximum", "lame-duck.quiet-period", "drain.timeout");
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(2));
		assertThat(budget().times()).isEqualTo(times(25, 10, 1, 10, 120));
	}

	@Test
	void theLameDuckGrowsWithinATimeoutThatIsSet() {
		set("timeout");
		this.properties.setTimeout(Duration.ofMinutes(1));
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(2));
		assertThat(budget().times()).isEqualTo(times(60, 45, 4.5, 10, 120));
	}

	@Test
	void theDrainGrowsWhereTheLameDuckIsSet() {
		set("lame-duck.maximum");
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(2));
		assertThat(budget().times()).isEqualTo(times(115, 10, 1, 100, 120));
	}

	private void set(String... names) {
		for (String name : names) {
			this.set.add("graceful.shutdown." + name);
		}
	}

	private Budget budget() {
		return new Budget(this.properties, this.set::contains);
	}

	private static Budget.Times times(int timeout, double maximum, double quietPeriod, int drain,
			@Nullable Integer gracePeriod) {
		return new Budget.Times(Duration.ofSeconds(timeout), Duration.ofMillis(Math.round(maximum * 1_000)),
				Duration.ofMillis(Math.round(quietPeriod * 1_000)), Duration.ofSeconds(drain),
				(gracePeriod != null) ? Duration.ofSeconds(gracePeriod) : null);
	}

}
