package io.github.gracefulshutdown.sample.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.gracefulshutdown.sample.process.Instance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.MediaType;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** Tells callers at regular intervals which instances the registry lists as up. */
public final class RegistryFollower implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RegistryFollower.class);

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final RestClient registry;

	private final Callers callers;

	private final Future<?> polling;

	private volatile CompletableFuture<Void> polled = new CompletableFuture<>();

	public RegistryFollower(URI registry, Callers callers, Duration interval) {
		this.registry = RestClient.create(registry.toString());
		this.callers = callers;
		this.polling = this.scheduler.scheduleAtFixedRate(this::poll, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void poll() {
		try {
			this.callers.follow(instances());
		}
		catch (RestClientException ex) {
			// The registry does not answer: what it said last still holds.
		}
		catch (RuntimeException ex) { // would end the polling without a word
			logger.error("Cannot read the answer of the registry", ex);
		}
		finally {
			CompletableFuture<Void> told = this.polled;
			this.polled = new CompletableFuture<>();
			told.complete(null);
		}
	}

	/** Waits until the callers have been told once more. */
	public void awaitPoll() {
		this.polled.copy().orTimeout(30, TimeUnit.SECONDS).join();
	}

	private List<Instance> instances() {
		try {
			Answer answer = this.registry.get()
				.uri("apps/SAMPLE-APP")
				.accept(MediaType.APPLICATION_JSON)
				.retrieve()
				.requiredBody(Answer.class);
			return answer.application().instance().stream().filter(Registered::isUp).map(Registered::instance).toList();
		}
		catch (HttpClientErrorException.NotFound ex) {
			return List.of();
		}
	}

	@Override
	public void close() {
		this.polling.cancel(true);
		this.scheduler.shutdown();
	}

	private record Answer(Application application) {
	}

	private record Application(List<Registered> instance) {
	}

	private record Registered(String hostName, String status, Port port, Map<String, String> metadata) {

		boolean isUp() {
			return "UP".equals(this.status);
		}

		Instance instance() {
			return new Instance(this.hostName, this.port.number(), Integer.parseInt(this.metadata.get("gRPC_port")));
		}

	}

	private record Port(@JsonProperty("$") int number) {
	}

}
