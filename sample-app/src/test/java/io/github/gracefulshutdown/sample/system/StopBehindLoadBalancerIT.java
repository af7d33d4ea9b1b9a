package io.github.gracefulshutdown.sample.system;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import io.github.gracefulshutdown.sample.load.Callers;
import io.github.gracefulshutdown.sample.load.Kind;
import io.github.gracefulshutdown.sample.load.Load;
import io.github.gracefulshutdown.sample.load.LoadReport;
import io.github.gracefulshutdown.sample.load.Result;
import io.github.gracefulshutdown.sample.process.Instance;
import io.github.gracefulshutdown.sample.process.LoadBalancerProcess;
import io.github.gracefulshutdown.sample.process.RecordedExecution;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import org.springframework.core.task.SimpleAsyncTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replaces two instances, one after the other, behind a load balancer, with many requests
 * and with so few that the instances are quiet between them. No registry knows them.
 */
class StopBehindLoadBalancerIT {

	private static final int MANY = 100;

	private static final int FEW = 1;

	private static final String DISABLED = "--graceful.shutdown.enabled=false";

	@Test
	void callersBehindHaproxyNoticeNothing() {
		assumeInstalled("haproxy");
		CompletableFuture<LoadReport> many = beside(() -> behindHaproxy("haproxy-many", MANY));
		LoadReport few = behindHaproxy("haproxy-few", FEW);
		assertThat(few.problems()).isEmpty();
		assertThat(many.join().problems()).isEmpty();
	}

	@Test
	void callersBehindHaproxyLoseRequestsWhenStarterIsDisabled() {
		assumeInstalled("haproxy");
		CompletableFuture<LoadReport> many = beside(() -> behindHaproxy("haproxy-many-disabled", MANY, DISABLED));
		LoadReport few = behindHaproxy("haproxy-few-disabled", FEW, DISABLED);
		assertThat(few.failed()).isPositive();
		assertThat(many.join().failed()).isPositive();
	}

	@Test
	void callersBehindNginxThatSendsRefusedRequestsElsewhereNoticeNothing() {
		assumeInstalled("nginx");
		CompletableFuture<LoadReport> many = beside(() -> behindNginx("nginx-many", MANY));
		LoadReport few = behindNginx("nginx-few", FEW);
		assertThat(few.problems()).isEmpty();
		assertThat(many.join().problems()).isEmpty();
	}

	/**
	 * Runs on a thread of its own, because the end of processes needs the common pool.
	 */
	private static CompletableFuture<LoadReport> beside(Callable<LoadReport> restart) {
		return new SimpleAsyncTaskExecutor().submitCompletable(restart);
	}

	private static LoadReport behindNginx(String name, int requestsPerSecond) {
		String nextUpstream = System.getProperty("sample.nginx.next-upstream", "error timeout http_503 non_idempotent");
		return new RollingRestart(name, requestsPerSecond)
			.run((one, two) -> LoadBalancerProcess.nginx(name, nextUpstream, one, two), (process) -> {
			});
	}

	private static LoadReport behindHaproxy(String name, int requestsPerSecond, String... arguments) {
		return new RollingRestart(name, requestsPerSecond, arguments)
			.run((one, two) -> LoadBalancerProcess.haproxy(name, one, two), LoadBalancerProcess::awaitAllUp);
	}

	private static void assumeInstalled(String program) {
		Assumptions.assumeTrue(LoadBalancerProcess.isInstalled(program),
				() -> "Skipped: %s is not installed (on Debian: apt-get install %1$s)".formatted(program));
	}

	/** Replaces both instances while callers send requests. */
	private static final class RollingRestart {

		private final String name;

		private final int requestsPerSecond;

		private final String[] arguments;

		RollingRestart(String name, int requestsPerSecond, String... arguments) {
			this.name = name;
			this.requestsPerSecond = requestsPerSecond;
			this.arguments = arguments;
		}

		LoadReport run(BiFunction<Instance, Instance, LoadBalancerProcess> balancer,
				Consumer<LoadBalancerProcess> awaitAllUp) {
			List<RecordedExecution> executions = new ArrayList<>();
			List<SampleProcess> samples = new ArrayList<>();
			for (String instance : List.of("one", "two")) {
				samples
					.add(SampleProcess.startWithoutRegistry(this.name + "-" + instance, this.arguments).awaitReady());
			}
			List<Result> results;
			try (LoadBalancerProcess process = balancer.apply(samples.get(0).instance(), samples.get(1).instance());
					Callers callers = new Callers(process.front());
					Load load = Load.start(callers, this.requestsPerSecond, Kind.GET, Kind.POST, Kind.ASYNC,
							Kind.STREAM)) {
				load.awaitOutcomes(2 * this.requestsPerSecond);
				for (int i = 0; i < samples.size(); i++) {
					SampleProcess old = samples.get(i);
					old.stop();
					executions.addAll(old.executions());
					samples.set(i,
							SampleProcess.startOn(old.instance(), old.name() + "-new", this.arguments).awaitReady());
					awaitAllUp.accept(process);
					load.awaitOutcomes(2 * this.requestsPerSecond);
				}
				results = load.stop();
			}
			for (SampleProcess sample : samples) {
				sample.stop();
				executions.addAll(sample.executions());
			}
			LoadReport report = new LoadReport(results, executions);
			System.out.printf("%s: %d requests a second%n%s%n", this.name, this.requestsPerSecond, report);
			return report;
		}

	}

}
