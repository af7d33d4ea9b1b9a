package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.EndlessResponses;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.SharedApplication;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.AsyncHandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for responses that do not end by themselves, over real connections. The client
 * fails if a response is cut off instead of ended.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class EndlessResponseTests {

	private static final String LAST_WORDS = ": this instance is going away\n\n";

	@RegisterExtension
	private final SharedApplication application = new SharedApplication(this::newApplication);

	String[] properties() {
		return new String[0];
	}

	private WebApplication newApplication(String... properties) {
		return WebApplication.start(Application.class,
				Stream.concat(Arrays.stream(properties), Arrays.stream(properties())).toArray(String[]::new));
	}

	private WebApplication application() {
		return this.application.get();
	}

	private Controller controller() {
		return application().context().getBean(Controller.class);
	}

	@BeforeEach
	void reset() {
		controller().reset();
	}

	@AfterEach
	void admit() {
		if (application().context().isActive()) {
			controller().admit.countDown();
		}
	}

	@Test
	void anEmitterOfEventsIsEndedWithLastWordsAndLogsNothingLater(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		controller().emitter.send("first");
		drain();
		assertThat(end(events)).isEqualTo("data:first\n\n" + LAST_WORDS);
		for (int i = 0; i < 100; i++) {
			controller().trySend("later");
		}
		assertThat(controller().failures).hasValue(100);
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void anEmitterThatHasSentNothingYetIsEndedSoThatItsClientComesBack() throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		drain();
		assertThat(end(events)).isEqualTo(LAST_WORDS);
		assertThat(events.get().headers().firstValue("Content-Type")).hasValue("text/event-stream");
	}

	@Test
	void whoAcceptsEventsOnlyAndGetsSomethingElseIsWaitedFor() throws Exception {
		CompletableFuture<HttpResponse<String>> result = Background.call(() -> application().send("GET",
				application().port(), "/deferred", BodyPublishers.noBody(), "Accept", "text/event-stream"));
		controller().begun.await(10, TimeUnit.SECONDS);
		controller().deferred.setResult("begin");
		awaitInFlight(1);
		Awaitility.await().until(() -> controller().sent.get() == 1);
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		controller().admit.countDown();
		assertThat(end(result)).isEqualTo("some text");
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void anEmitterThatSendsAllTheTimeIsEndedAfterAWholeEvent(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		Thread sender = new Thread(() -> {
			while (controller().failures.get() < 50) {
				controller().trySend("some event");
			}
		});
		sender.start();
		controller().awaitSent(100);
		drain();
		String body = end(events);
		assertThat(body).endsWith("data:some event\n\n" + LAST_WORDS);
		assertThat(body.replace("data:some event\n\n", "")).isEqualTo(LAST_WORDS);
		sender.join(10_000);
		assertThat(sender.isAlive()).isFalse();
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void aBodyThatIsStreamedIsEndedAfterAWholeLine(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> lines = begin("/streaming");
		controller().awaitSent(100);
		drain();
		assertThat(end(lines)).matches("(\\{\"some\":\"line\"\\}\n)+");
		Awaitility.await().untilAtomic(controller().failures, org.hamcrest.Matchers.is(1));
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void anEmitterOfLinesIsEnded(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> lines = begin("/lines");
		controller().lines.send("{}\n");
		drain();
		assertThat(end(lines)).isEqualTo("{}\n");
		controller().lines.complete();
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void asynchronousWorkOnTheResponseOfTheContainerIsEnded(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/raw-async");
		controller().awaitSent(10);
		drain();
		assertThat(end(events)).matches("(data: raw\n\n)+" + LAST_WORDS);
		Awaitility.await().untilAtomic(controller().failures, org.hamcrest.Matchers.is(1));
		assertThat(controller().unexpected).hasValue(0);
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void aHandlerThatWritesOnItsThreadIsEnded(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/loop");
		controller().awaitSent(10);
		drain();
		assertThat(end(events)).matches("(data: loop\n\n)+" + LAST_WORDS);
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void aHandlerThatWaitsOnItsThreadEndsForItsClientAtOnce(CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/waiting");
		CompletableFuture<Outcome> drained = application().sequence().drain();
		assertThat(end(events)).isEqualTo("data: waiting\n\n" + LAST_WORDS);
		controller().admit.countDown();
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThatNothingIsWrongIn(output);
	}

	@Test
	void anEventThatIsHalfWrittenIsWrittenToItsEnd() throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/half");
		CompletableFuture<Outcome> drained = application().sequence().drain();
		awaitThread("graceful-shutdown-stream-end");
		controller().admit.countDown();
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(end(events)).isEqualTo("data: one half and the other\n\n" + LAST_WORDS);
	}

	@Test
	void anEventThatStaysHalfWrittenIsNotWaitedForLong() throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/half");
		drain();
		assertThat(end(events)).isEqualTo("data: one half");
	}

	@Test
	void aClientThatDoesNotReadIsNotWaitedForLong() throws Exception {
		this.application.startOwn("graceful.shutdown.drain.timeout=20s");
		try (Socket socket = new Socket("localhost", application().port())) {
			socket.getOutputStream()
				.write("GET /flood HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			controller().begun.await(10, TimeUnit.SECONDS);
			awaitStalled();
			long beginNanos = System.nanoTime();
			drain();
			assertThat(System.nanoTime() - beginNanos).isLessThan(TimeUnit.SECONDS.toNanos(10));
		}
	}

	@Test
	void writesThatDoNotBlockAreNotMixedWithLastWords() throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/non-blocking");
		drain();
		assertThat(end(events)).isEqualTo("data: non-blocking\n\n");
	}

	@Test
	void aStreamThatBeginsInTheDrainIsEnded() throws Exception {
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/late");
		controller().begun.await(10, TimeUnit.SECONDS);
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		controller().admit.countDown();
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(end(events)).endsWith(LAST_WORDS);
	}

	@Test
	void theUserTellsOtherEndlessResponses() throws Exception {
		CompletableFuture<HttpResponse<String>> text = begin("/predicate");
		drain();
		assertThat(end(text)).isEqualTo("text");
	}

	@Test
	void anEndlessResponseKeepsNobodyFromBeingQuiet() throws Exception {
		this.application.startOwn("graceful.shutdown.lame-duck.maximum=20s",
				"graceful.shutdown.lame-duck.quiet-period=0", "graceful.shutdown.timeout=25s");
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		controller().emitter.send("first");
		long beginNanos = System.nanoTime();
		drain();
		assertThat(System.nanoTime() - beginNanos).isLessThan(TimeUnit.SECONDS.toNanos(10));
		assertThat(end(events)).endsWith(LAST_WORDS);
	}

	@Test
	void theCloseOfTheContextIsNotHeldUp() throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		controller().emitter.send("first");
		application().closeAsync().get(10, TimeUnit.SECONDS);
		assertThat(end(events)).endsWith(LAST_WORDS);
	}

	@Test
	void anEndlessResponseIsWaitedForWhenThatIsThePolicy() throws Exception {
		this.application.startOwn("graceful.shutdown.streams.policy=await");
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		controller().emitter.send("last");
		assertThat(drained).isNotDone();
		controller().emitter.complete();
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(end(events)).isEqualTo("data:last\n\n");
	}

	@Test
	void anEndlessResponseIsNotCountedWhenThatIsThePolicy() throws Exception {
		this.application.startOwn("graceful.shutdown.streams.policy=ignore");
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/emitter");
		controller().begun.await(10, TimeUnit.SECONDS);
		awaitInFlight(0);
		drain();
		controller().emitter.send("still here");
		controller().emitter.complete();
		assertThat(end(events)).isEqualTo("data:still here\n\n");
	}

	@Test
	void aStreamThatEndsByItselfIsJustThat() throws Exception {
		CompletableFuture<HttpResponse<String>> events = begin("/emitter");
		controller().emitter.send("only");
		controller().emitter.complete();
		assertThat(end(events)).isEqualTo("data:only\n\n");
		awaitInFlight(0);
		assertThat(application().sequence().drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aStreamWhoseClientHasGoneIsOver() throws Exception {
		// Spring Boot would wait for a request that Tomcat has forgotten.
		this.application.startOwn("server.shutdown=immediate");
		try (RawConnection connection = new RawConnection(application().port()).get("/emitter")) {
			assertThat(controller().begun.await(10, TimeUnit.SECONDS)).isTrue();
			controller().emitter.send("first");
			assertThat(connection.readHead()).startsWith("HTTP/1.1 200");
			awaitInFlight(1);
		}
		// At once and without a pause: Tomcat may forget a request whose write fails
		// before it has let go of the thread, and never completes it then.
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ZERO).until(() -> {
			controller().trySend("anybody there?");
			return application().gate().inFlight() == 0;
		});
	}

	private CompletableFuture<HttpResponse<String>> begin(String path) throws InterruptedException {
		CompletableFuture<HttpResponse<String>> response = application().getAsync(path);
		assertThat(controller().begun.await(10, TimeUnit.SECONDS)).isTrue();
		awaitInFlight(1);
		return response;
	}

	private void drain() throws Exception {
		assertThat(application().sequence().drain().get(15, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(application().gate().inFlight()).isZero();
	}

	private static String end(CompletableFuture<HttpResponse<String>> response) throws Exception {
		HttpResponse<String> ended = response.get(10, TimeUnit.SECONDS);
		assertThat(ended.statusCode()).isEqualTo(200);
		return ended.body();
	}

	private void awaitInFlight(long expected) {
		Awaitility.await().until(() -> application().gate().inFlight() == expected);
	}

	private void awaitStalled() {
		AtomicInteger before = new AtomicInteger(-1);
		Awaitility.await()
			.pollInterval(500, TimeUnit.MILLISECONDS)
			.until(() -> before.getAndSet(controller().sent.get()) == controller().sent.get());
	}

	private static void awaitThread(String name) {
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.anyMatch(
						(thread) -> thread.getName().equals(name) && thread.getState() == Thread.State.TIMED_WAITING));
	}

	private static void assertThatNothingIsWrongIn(CapturedOutput output) {
		String all = output.toString(); // the start of the application may be in it
		assertThat(all.substring(all.indexOf("Drain began"))).doesNotContain(" WARN ", " ERROR ", "Exception");
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application implements WebMvcConfigurer {

		@Bean
		Controller controller() {
			return new Controller();
		}

		/** An emitter has begun when what it sends is not kept until it has. */
		@Override
		public void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(new AsyncHandlerInterceptor() {

				@Override
				public void afterConcurrentHandlingStarted(HttpServletRequest request, HttpServletResponse response,
						Object handler) {
					((Controller) ((HandlerMethod) handler).getBean()).begun.countDown();
				}

			}).addPathPatterns("/emitter", "/lines");
		}

		@Bean
		EndlessResponses predicate() {
			return (path, contentType) -> path.equals("/predicate")
					&& Objects.requireNonNull(contentType).startsWith("text");
		}

	}

	@RestController
	static class Controller {

		private volatile CountDownLatch begun = new CountDownLatch(1);

		private volatile CountDownLatch admit = new CountDownLatch(1);

		private final AtomicInteger sent = new AtomicInteger();

		private final AtomicInteger failures = new AtomicInteger();

		private final AtomicInteger unexpected = new AtomicInteger();

		private volatile SseEmitter emitter = new SseEmitter(0L);

		private volatile ResponseBodyEmitter lines = new ResponseBodyEmitter(0L);

		private volatile DeferredResult<String> deferred = new DeferredResult<>();

		private final BlockingQueue<String> never = new LinkedBlockingQueue<>();

		void reset() {
			this.begun = new CountDownLatch(1);
			this.admit = new CountDownLatch(1);
			this.sent.set(0);
			this.failures.set(0);
			this.unexpected.set(0);
			this.emitter = new SseEmitter(0L);
			this.lines = new ResponseBodyEmitter(0L);
			this.deferred = new DeferredResult<>();
		}

		void trySend(String data) {
			try {
				this.emitter.send(data);
				this.sent.incrementAndGet();
			}
			catch (IOException | IllegalStateException ex) {
				this.failures.incrementAndGet();
			}
		}

		void awaitSent(int count) {
			Awaitility.await().until(() -> this.sent.get() >= count);
		}

		@GetMapping("/emitter")
		SseEmitter emitter() {
			return this.emitter;
		}

		@GetMapping("/deferred")
		void deferred(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			this.begun.countDown();
			this.deferred.setResultHandler((result) -> context.start(() -> {
				try {
					context.getResponse().setContentType("text/plain");
					PrintWriter writer = context.getResponse().getWriter();
					writer.print("some ");
					writer.flush();
					this.sent.incrementAndGet();
					this.admit.await();
					writer.print("text");
					context.complete();
				}
				catch (IOException | InterruptedException ex) {
					this.unexpected.incrementAndGet();
				}
			}));
		}

		@GetMapping("/lines")
		ResponseEntity<ResponseBodyEmitter> lines() {
			return ResponseEntity.ok().contentType(MediaType.APPLICATION_NDJSON).body(this.lines);
		}

		@GetMapping("/streaming")
		ResponseEntity<StreamingResponseBody> streaming() {
			byte[] half = "{\"some\":".getBytes(StandardCharsets.US_ASCII);
			byte[] rest = "\"line\"}\n".getBytes(StandardCharsets.US_ASCII);
			return ResponseEntity.ok().header("Content-Type", "application/x-ndjson;charset=UTF-8").body((stream) -> {
				this.begun.countDown();
				try {
					while (true) {
						stream.write(half);
						stream.write(rest);
						stream.flush();
						this.sent.incrementAndGet();
					}
				}
				catch (IOException ex) {
					this.failures.incrementAndGet();
					throw ex;
				}
			});
		}

		@GetMapping("/raw-async")
		void rawAsync(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			context.setTimeout(0);
			context.start(() -> {
				try {
					HttpServletResponse response = (HttpServletResponse) context.getResponse();
					ServletOutputStream stream = response.getOutputStream();
					response.setContentType("text/event-stream");
					while (true) {
						stream.print("data: raw\n\n");
						stream.flush();
						this.begun.countDown();
						this.sent.incrementAndGet();
					}
				}
				catch (IOException ex) {
					this.failures.incrementAndGet();
				}
				finally {
					try {
						context.complete();
					}
					catch (RuntimeException ex) {
						this.unexpected.incrementAndGet();
					}
				}
			});
		}

		@GetMapping("/loop")
		void loop(HttpServletResponse response) throws IOException {
			response.setContentType("text/event-stream");
			this.begun.countDown();
			while (true) {
				response.getOutputStream().print("data: loop\n\n");
				response.flushBuffer();
				this.sent.incrementAndGet();
			}
		}

		@GetMapping("/waiting")
		void waiting(HttpServletResponse response) throws IOException, InterruptedException {
			response.setContentType("text/event-stream");
			PrintWriter writer = response.getWriter();
			writer.print("data: waiting\n\n");
			writer.flush();
			this.begun.countDown();
			this.admit.await();
			writer.print("data: nobody listens\n\n");
			assertThat(writer.checkError()).isTrue();
		}

		@GetMapping("/half")
		StreamingResponseBody half(HttpServletResponse response) {
			response.setContentType("text/event-stream");
			return (stream) -> {
				stream.write("data: one half".getBytes(StandardCharsets.US_ASCII));
				stream.flush();
				this.begun.countDown();
				try {
					this.admit.await();
				}
				catch (InterruptedException ex) {
					throw new UncheckedIOException(new IOException(ex));
				}
				stream.write(" and the other\n\n".getBytes(StandardCharsets.US_ASCII));
				stream.flush();
			};
		}

		@GetMapping("/flood")
		StreamingResponseBody flood(HttpServletResponse response) {
			response.setContentType("text/event-stream");
			byte[] events = new byte[64 * 1024];
			Arrays.fill(events, (byte) '\n');
			return (stream) -> {
				this.begun.countDown();
				while (true) {
					stream.write(events);
					stream.flush();
					this.sent.incrementAndGet();
				}
			};
		}

		@GetMapping("/non-blocking")
		void nonBlocking(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.setContentType("text/event-stream");
			AsyncContext context = request.startAsync(request, response);
			context.setTimeout(0);
			ServletOutputStream stream = response.getOutputStream();
			stream.setWriteListener(new WriteListener() {

				private boolean written;

				@Override
				public void onWritePossible() throws IOException {
					if (!this.written && stream.isReady()) {
						this.written = true;
						stream.write("data: non-blocking\n\n".getBytes(StandardCharsets.US_ASCII));
						if (stream.isReady()) {
							stream.flush();
						}
						Controller.this.begun.countDown();
					}
				}

				@Override
				public void onError(Throwable ex) {
				}

			});
		}

		@GetMapping("/late")
		SseEmitter late() throws InterruptedException {
			this.begun.countDown();
			this.admit.await();
			return this.emitter;
		}

		@GetMapping("/predicate")
		void predicate(HttpServletResponse response) throws IOException, InterruptedException {
			response.setContentType("text/plain");
			response.getWriter().print("text");
			response.flushBuffer();
			this.begun.countDown();
			this.never.poll(1, TimeUnit.SECONDS);
		}

	}

}
