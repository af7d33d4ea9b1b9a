package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.SharedApplication;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for asynchronous requests: each counts to its real end, once. Work of another
 * kind is in flight all the time, so that a permit given back twice would show.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ServletAsyncTests {

	@RegisterExtension
	private final SharedApplication application = new SharedApplication(
			(none) -> WebApplication.start(Application.class, properties()));

	@SuppressWarnings("NullAway.Init")
	private Permit other;

	String[] properties() {
		return new String[0];
	}

	private WebApplication application() {
		return this.application.get();
	}

	private Controller controller() {
		return application().context().getBean(Controller.class);
	}

	@BeforeEach
	void begin() {
		controller().reset();
		this.other = application().gate().enter("job", "other");
	}

	@AfterEach
	void end() {
		controller().admit.countDown();
		this.other.close();
	}

	@ParameterizedTest
	@CsvSource({ "/deferred, 200, done", "/deferred-fails, 500,", "/deferred-twice, 200, done", "/future, 200, done",
			"/future-fails, 500,", "/callable, 200, done", "/callable-fails, 500,", "/streaming, 200, done",
			"/raw, 200, done", "/raw-wrapped, 200, done", "/raw-dispatched, 200, done", "/raw-restarted, 200, done",
			"/raw-error, 418," })
	void countsUntilItsEndOnce(String path, int status, String body) throws Exception {
		CompletableFuture<HttpResponse<String>> request = application().getAsync(path);
		assertThat(controller().begun.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(httpInFlight()).isOne();
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		assertThat(httpInFlight()).isOne();
		controller().admit.countDown();
		HttpResponse<String> response = request.get(10, TimeUnit.SECONDS);
		assertThat(response.statusCode()).isEqualTo(status);
		if (body != null) {
			assertThat(response.body()).isEqualTo(body);
		}
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		Awaitility.await().until(() -> httpInFlight() == 0);
		assertThat(application().gate().inFlight("job")).isOne();
		assertThat(drained).isNotDone();
		assertThat(application().context()
			.getBean("gracefulShutdownHttpRequestAdmission", RequestAdmission.class)
			.rejected()).isZero();
		this.other.close();
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/deferred-timeout", "/callable-timeout", "/raw-timeout", "/raw-timeout-completed" })
	void countsUntilItHasTimedOutOnce(String path) throws Exception {
		CompletableFuture<HttpResponse<String>> request = application().getAsync(path);
		assertThat(controller().begun.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(httpInFlight()).isOne();
		assertThat(request.get(10, TimeUnit.SECONDS).statusCode()).isIn(500, 503, 504);
		Awaitility.await().until(() -> httpInFlight() == 0);
		assertThat(application().gate().inFlight("job")).isOne();
	}

	private long httpInFlight() {
		return application().gate().inFlight("http");
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		private volatile CountDownLatch begun = new CountDownLatch(1);

		private volatile CountDownLatch admit = new CountDownLatch(1);

		private void reset() {
			this.begun = new CountDownLatch(1);
			this.admit = new CountDownLatch(1);
		}

		private String work() {
			this.begun.countDown();
			try {
				this.admit.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException("timed out", ex);
			}
			return "done";
		}

		private String fail() {
			work();
			throw new IllegalStateException("failed");
		}

		private static void run(Runnable work) {
			new Thread(work).start();
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			run(() -> result.setResult(work()));
			return result;
		}

		@GetMapping("/deferred-twice")
		DeferredResult<String> deferredTwice() {
			DeferredResult<String> result = new DeferredResult<>();
			run(() -> {
				result.setResult(work());
				result.setErrorResult(new IllegalStateException("too late"));
			});
			return result;
		}

		@GetMapping("/deferred-fails")
		DeferredResult<String> deferredFails() {
			DeferredResult<String> result = new DeferredResult<>();
			run(() -> {
				work();
				result.setErrorResult(new IllegalStateException("failed"));
			});
			return result;
		}

		@GetMapping("/deferred-timeout")
		DeferredResult<String> deferredTimeout() {
			this.begun.countDown();
			return new DeferredResult<>(1_000L);
		}

		@GetMapping("/future")
		CompletableFuture<String> future() {
			return CompletableFuture.supplyAsync(this::work, Controller::run);
		}

		@GetMapping("/future-fails")
		CompletableFuture<String> futureFails() {
			return CompletableFuture.supplyAsync(this::fail, Controller::run);
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return this::work;
		}

		@GetMapping("/callable-fails")
		Callable<String> callableFails() {
			return this::fail;
		}

		@GetMapping("/callable-timeout")
		WebAsyncTask<String> callableTimeout() {
			return new WebAsyncTask<>(1_000, this::work);
		}

		@GetMapping("/streaming")
		StreamingResponseBody streaming() {
			return (stream) -> stream.write(work().getBytes(StandardCharsets.US_ASCII));
		}

		@GetMapping("/raw")
		void raw(HttpServletRequest request) {
			complete(request.startAsync());
		}

		@GetMapping("/raw-wrapped")
		void rawWrapped(HttpServletRequest request, HttpServletResponse response) {
			complete(request.startAsync(request, response));
		}

		private void complete(AsyncContext context) {
			run(() -> {
				try {
					context.getResponse().getOutputStream().print(work());
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
				context.complete();
			});
		}

		@GetMapping("/raw-dispatched")
		void rawDispatched(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			run(() -> {
				work();
				context.dispatch("/plain");
			});
		}

		@GetMapping("/raw-restarted")
		void rawRestarted(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			if (request.getAttribute("again") == null) {
				request.setAttribute("again", true);
				run(() -> {
					work();
					context.dispatch();
				});
			}
			else {
				complete(context);
			}
		}

		@GetMapping("/raw-error")
		void rawError(HttpServletRequest request, HttpServletResponse response) {
			AsyncContext context = request.startAsync(request, response);
			run(() -> {
				work();
				try {
					response.sendError(418);
				}
				catch (IOException ex) {
					throw new IllegalStateException(ex);
				}
				context.complete();
			});
		}

		@GetMapping("/raw-timeout")
		void rawTimeout(HttpServletRequest request) {
			request.startAsync().setTimeout(1_000);
			this.begun.countDown();
		}

		@GetMapping("/raw-timeout-completed")
		void rawTimeoutCompleted(HttpServletRequest request) {
			AsyncContext context = request.startAsync();
			context.setTimeout(1_000);
			context.addListener(new CompletingListener());
			this.begun.countDown();
		}

		@GetMapping("/plain")
		String plain() {
			return "done";
		}

	}

	private static final class CompletingListener implements AsyncListener {

		@Override
		public void onTimeout(AsyncEvent event) {
			((HttpServletResponse) event.getAsyncContext().getResponse()).setStatus(504);
			event.getAsyncContext().complete();
		}

		@Override
		public void onComplete(AsyncEvent event) {
		}

		@Override
		public void onError(AsyncEvent event) {
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
		}

	}

}
