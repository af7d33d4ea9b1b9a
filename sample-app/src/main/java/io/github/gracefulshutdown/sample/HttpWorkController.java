package io.github.gracefulshutdown.sample;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** The work over HTTP. Every answer is the id of the request. */
@RestController
class HttpWorkController {

	private static final String REQUEST_ID = "Request-Id";

	private final Ledger ledger;

	private final AsyncTaskExecutor executor;

	HttpWorkController(Ledger ledger, AsyncTaskExecutor executor) {
		this.ledger = ledger;
		this.executor = executor;
	}

	/** Works once, on the thread of the request. */
	@RequestMapping(path = "/work", method = { RequestMethod.GET, RequestMethod.POST })
	String work(@RequestHeader(name = REQUEST_ID, required = false) @Nullable String requestId, @RequestParam long ms) {
		Execution execution = this.ledger.begin(requestId);
		execution.work(ms);
		execution.finish();
		return execution.requestId();
	}

	/** Works once, on another thread. */
	@GetMapping("/async")
	CompletableFuture<String> async(@RequestHeader(name = REQUEST_ID, required = false) @Nullable String requestId,
			@RequestParam long ms) {
		return this.executor.submitCompletable(() -> work(requestId, ms));
	}

	/** Works n times and writes a line after each. */
	@GetMapping("/stream")
	StreamingResponseBody stream(@RequestHeader(name = REQUEST_ID, required = false) @Nullable String requestId,
			@RequestParam int n, @RequestParam long ms) {
		return (body) -> {
			Execution execution = this.ledger.begin(requestId);
			byte[] line = (execution.requestId() + "\n").getBytes(StandardCharsets.UTF_8);
			for (int i = 0; i < n; i++) {
				execution.work(ms);
				body.write(line);
				body.flush();
			}
			execution.finish();
		};
	}

}
