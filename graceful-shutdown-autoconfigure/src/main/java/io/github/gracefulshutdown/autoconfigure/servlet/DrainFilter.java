package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.util.List;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.ForeignText;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ServerPresence;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/**
 * Counts each request to its real end, has its response carry the notice, and refuses it
 * when the gate is closed. One that a test has made up passes, because nothing ends it.
 */
final class DrainFilter implements Filter {

	// Inside the observation filter (HIGHEST_PRECEDENCE + 1), so that what is refused is
	// seen in the metrics, and outside everything that costs or needs a session.
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	private final ServerPresence servers;

	private final RequestAdmission admission;

	private final EndlessRecognition recognition;

	private final Rejection rejection;

	private final HealthChecks healthChecks;

	// Looked up late: the actuator is not there yet when the container makes its filters.
	private final SingletonSupplier<List<ExemptPaths>> exemptPaths;

	DrainFilter(ServerPresence servers, RequestAdmission admission, EndlessRecognition recognition, Rejection rejection,
			HealthChecks healthChecks, ObjectProvider<ExemptPaths> exemptPaths) {
		this.servers = servers;
		this.admission = admission;
		this.recognition = recognition;
		this.rejection = rejection;
		this.healthChecks = healthChecks;
		this.exemptPaths = SingletonSupplier.of(() -> exemptPaths.stream().toList());
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (!(request instanceof HttpServletRequest httpRequest && response instanceof HttpServletResponse httpResponse
				&& this.servers.brings(unwrap(request)))) {
			chain.doFilter(request, response);
		}
		else if (isExempt(httpRequest)) {
			request.setAttribute(ExemptPaths.REQUEST_ATTRIBUTE, true);
			this.healthChecks.answer(httpRequest, httpResponse, chain);
		}
		else {
			filter(httpRequest, httpResponse, chain);
		}
	}

	private static ServletRequest unwrap(ServletRequest request) {
		ServletRequest innermost = request;
		while (innermost instanceof ServletRequestWrapper wrapper) {
			innermost = wrapper.getRequest();
		}
		return innermost;
	}

	private boolean isExempt(HttpServletRequest request) {
		String path = RequestPath.of(request);
		for (ExemptPaths exempt : this.exemptPaths.obtain()) {
			if (exempt.contains(path)) {
				return RequestPath.isPlain(request);
			}
		}
		return false;
	}

	private void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		Permit permit = this.admission.tryEnter(ForeignText.request(request.getMethod(), request.getRequestURI()));
		if (permit == null) {
			this.rejection.send(request, response);
			return;
		}
		NoticeResponse notice = new NoticeResponse(this.admission, this.recognition, request, response, permit);
		notice.endWithRequest();
		try {
			chain.doFilter(new AcceptedRequest(request, notice), notice);
		}
		catch (IOException | ServletException | RuntimeException | Error ex) {
			if (!isOfEndedResponse(ex, notice)) {
				// The container ends the request, asynchronous or not, and tells no
				// listener.
				notice.complete();
				throw ex;
			}
		}
		finally {
			if (request.isAsyncStarted()) { // another thread may be writing
				permit.leaveHere();
			}
			else {
				notice.give();
			}
			CompletionListener.completeAtEnd(request, notice);
		}
	}

	/** Returns whether the application has failed to write what nobody waits for. */
	private static boolean isOfEndedResponse(Throwable failure, NoticeResponse notice) {
		return notice.hasEnded()
				&& NestedExceptionUtils.getMostSpecificCause(failure) instanceof AsyncRequestNotUsableException;
	}

}
