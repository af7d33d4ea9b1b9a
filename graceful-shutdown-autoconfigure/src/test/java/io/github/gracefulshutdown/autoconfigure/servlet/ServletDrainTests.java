package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.HttpDrainContract;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the drain of servlet requests, over real connections to a real Tomcat. */
class ServletDrainTests extends HttpDrainContract {

	@Override
	protected WebApplication newApplication(String... properties) {
		return WebApplication.start(Application.class, properties);
	}

	private Controller controller() {
		return application().context().getBean(Controller.class);
	}

	@BeforeEach
	void reset() {
		controller().admit = new CountDownLatch(1);
		controller().errorPageBegun = new CountDownLatch(1);
		controller().executed.set(0);
	}

	@Override
	protected void answer() {
		controller().admit.countDown();
	}

	@Override
	protected int executed() {
		return controller().executed.get();
	}

	@Test
	void theMarkerOfAnotherInstanceIsNotPassedOn() {
		HttpResponse<String> response = application().get("/gateway");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
		startOwn(LAME_DUCK_WHILE_IN_FLIGHT);
		try (Permit permit = application().gate().enter("job", "other")) {
			assertThat(application().sequence().drain()).isNotDone();
			assertThat(application().get("/gateway").headers().allValues("Graceful-Shutdown"))
				.containsExactly("lame-duck");
		}
	}

	@Test
	void aHandlerThatThrowsCountsOnce() {
		assertThat(application().get("/throws").statusCode()).isEqualTo(500);
		assertThat(controller().inFlightSeen).hasValue(1);
		application().awaitInFlight(0);
	}

	@Test
	void aHandlerThatThrowsAfterItHasStartedAsynchronousWorkCountsOnce() {
		assertThat(application().get("/async-throws").statusCode()).isEqualTo(500);
		assertThat(controller().inFlightSeen).hasValue(1);
		application().awaitInFlight(0);
	}

	@ParameterizedTest
	@CsvSource({ "/throws/slow-page, 500", "/async-throws/slow-page, 500", "/missing/slow-page, 404" })
	void aRequestCountsUntilItsErrorPageIsWritten(String path, int status) throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = application().getAsync(path);
		assertThat(controller().errorPageBegun.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(application().gate().inFlight()).isOne();
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		assertThat(drained).isNotDone();
		answer();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(status);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aRequestWhoseClientGoesAwayCountsUntilItsHandlerHasEnded() {
		try (RawConnection connection = connect().get("/answer")) {
			assertThat(connection).isNotNull();
			application().awaitInFlight(1);
		}
		assertThat(application().gate().inFlight()).isOne();
		answer();
		application().awaitInFlight(0);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller(DrainGate gate) {
			return new Controller(gate);
		}

		@Bean
		FilterRegistrationBean<Filter> slowErrorPages(Controller controller) {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String uri
						&& uri.endsWith("/slow-page")) {
					controller.beginErrorPage();
				}
				chain.doFilter(request, response);
			});
			registration.setDispatcherTypes(DispatcherType.ERROR);
			return registration;
		}

	}

	@RestController
	static class Controller {

		private final DrainGate gate;

		private volatile CountDownLatch admit = new CountDownLatch(1);

		private volatile CountDownLatch errorPageBegun = new CountDownLatch(1);

		private final AtomicInteger executed = new AtomicInteger();

		private final AtomicLong inFlightSeen = new AtomicLong();

		Controller(DrainGate gate) {
			this.gate = gate;
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/answer")
		String answer() throws InterruptedException {
			this.admit.await();
			return "done";
		}

		@GetMapping("/gateway")
		ResponseEntity<String> gateway() {
			return ResponseEntity.status(503).header("graceful-shutdown", "rejected").body("as it was received");
		}

		@GetMapping("/empty")
		void empty() {
		}

		@GetMapping("/async-throws")
		void startAndFail(HttpServletRequest request) {
			request.startAsync().setTimeout(500); // Tomcat does not end it before
			fail();
		}

		@GetMapping("/async-throws/slow-page")
		CompletableFuture<String> failLater() {
			return CompletableFuture.failedFuture(new IllegalStateException("handler broken"));
		}

		@GetMapping({ "/throws", "/throws/slow-page" })
		String fail() {
			this.inFlightSeen.set(this.gate.inFlight());
			throw new IllegalStateException("handler broken");
		}

		@PostMapping("/count")
		String count(@RequestBody byte[] body) {
			this.executed.incrementAndGet();
			return "counted " + body.length;
		}

		@GetMapping("/exempt/inflight")
		void inflight(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.getWriter().print(this.gate.inFlight());
		}

		private void beginErrorPage() {
			this.errorPageBegun.countDown();
			try {
				this.admit.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
