package io.github.gracefulshutdown.sample.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.github.gracefulshutdown.sample.load.BalancedCaller;
import io.github.gracefulshutdown.sample.load.Callers;
import io.github.gracefulshutdown.sample.load.Kind;
import io.github.gracefulshutdown.sample.load.Load;
import io.github.gracefulshutdown.sample.load.LoadReport;
import io.github.gracefulshutdown.sample.load.RegistryFollower;
import io.github.gracefulshutdown.sample.load.Result;
import io.github.gracefulshutdown.sample.process.RecordedExecution;
import io.github.gracefulshutdown.sample.process.RegistryProcess;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.Stop;

/**
 * Stops and replaces every instance of the sample, one after the other, while callers
 * keep sending: some that follow the registry, and an application with the starter that
 * looks up its list from time to time. Ends with an error if a caller noticed. Arguments
 * are passed on to the instances.
 */
public final class RollingRestartDemo implements AutoCloseable {

	private static final int INSTANCES = 2;

	private static final int ROUNDS = 3;

	private static final int REQUESTS_PER_SECOND = 220;

	private static final int BALANCED_REQUESTS_PER_SECOND = 20;

	private static final Duration CACHE = Duration.ofSeconds(5);

	private final RegistryProcess registry = RegistryProcess.start("demo-registry");

	private final Callers callers = new Callers();

	private final RegistryFollower follower = new RegistryFollower(this.registry.url(), this.callers)
		.lookEvery(Duration.ofSeconds(2));

	private final BalancedCaller balanced = BalancedCaller.start(this.registry.url(),
			"--spring.cloud.loadbalancer.cache.ttl=" + CACHE);

	private final Deque<SampleProcess> running = new ArrayDeque<>();

	private final List<RecordedExecution> executions = new ArrayList<>();

	private final String[] arguments;

	private int started;

	private RollingRestartDemo(String... arguments) {
		this.arguments = arguments;
	}

	public static void main(String[] args) {
		List<String> problems;
		try (RollingRestartDemo demo = new RollingRestartDemo(args)) {
			problems = demo.run();
		}
		problems.forEach((problem) -> say("%s", problem));
		say(problems.isEmpty() ? "No caller noticed." : "Callers noticed.");
		System.exit(problems.isEmpty() ? 0 : 1);
	}

	private List<String> run() {
		for (int i = 0; i < INSTANCES; i++) {
			startOne();
		}
		List<Stop> stops = new ArrayList<>();
		List<Result> results;
		List<Result> balancedResults;
		long startNanos = System.nanoTime();
		say("Callers send %d requests per second from now on.", REQUESTS_PER_SECOND);
		try (Load load = Load.start(this.callers, REQUESTS_PER_SECOND);
				Load balancedLoad = Load.start(this.balanced, BALANCED_REQUESTS_PER_SECOND, Kind.GET, Kind.POST)) {
			load.awaitOutcomes(3 * REQUESTS_PER_SECOND);
			for (int i = 0; i < ROUNDS * INSTANCES; i++) {
				this.running.element().terminate();
				say("%s receives SIGTERM.", this.running.element().name());
				stops.add(awaitOldest());
				startOne();
			}
			results = load.stop();
			balancedResults = balancedLoad.stop();
		}
		Duration time = Duration.ofNanos(System.nanoTime() - startNanos);
		List<RecordedExecution> all = stopAll();
		LoadReport report = new LoadReport(results, all);
		say("%d requests in %d s, as their callers saw them:%n%s", report.sent(), time.toSeconds(), report);
		LoadReport balancedReport = new LoadReport(balancedResults, all);
		say("%d requests through Spring Cloud LoadBalancer, with the starter and lists that are up to %d s old:%n%s",
				balancedReport.sent(), CACHE.toSeconds(), balancedReport);
		say("It skipped %d instances that were leaving, sent %d refused requests elsewhere, and passed %d refusals on.",
				this.balanced.counted("evicted"), this.balanced.counted("retried"),
				this.balanced.counted("retry.exhausted"));
		say("Stops:%n%s", StopTable.of(stops));
		List<String> problems = problems(report, stops);
		problems.addAll(balancedReport.problems());
		return problems;
	}

	private void startOne() {
		this.started++;
		SampleProcess sample = SampleProcess.start("demo-instance-" + this.started, this.registry, this.arguments);
		this.running.add(sample);
		this.follower.awaitInstance(sample.awaitReady().instance());
		this.balanced.awaitKnown(CACHE.plusSeconds(10), sample.instance());
		say("%s serves.", sample.name());
	}

	private Stop awaitOldest() {
		try (SampleProcess sample = this.running.remove()) {
			Stop stop = sample.awaitStop();
			this.executions.addAll(sample.executions());
			return stop;
		}
	}

	private List<RecordedExecution> stopAll() {
		this.running.forEach(SampleProcess::terminate);
		while (!this.running.isEmpty()) {
			awaitOldest();
		}
		return this.executions;
	}

	private static List<String> problems(LoadReport report, List<Stop> stops) {
		List<String> problems = new ArrayList<>(report.problems());
		stops.stream()
			.filter((stop) -> stop.exitCode() != Stop.TERMINATED)
			.forEach((stop) -> problems.add("%s ended with exit code %d".formatted(stop.name(), stop.exitCode())));
		return problems;
	}

	private static void say(String format, Object... arguments) {
		System.out.printf(format + "%n", arguments);
	}

	@Override
	public void close() {
		this.running.forEach(SampleProcess::close);
		this.follower.close();
		this.balanced.close();
		this.callers.close();
		this.registry.close();
	}

}
