package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Response that tells its caller that the instance leaves, and is ended with the drain if
 * it does not end by itself. It looks at the last moment, when the handler begins to
 * write: the lame duck may have begun while it worked, and the content type is known.
 */
final class NoticeResponse extends HttpServletResponseWrapper {

	private final RequestAdmission admission;

	private final boolean persistentConnection;

	private final EndlessRecognition recognition;

	private final HttpServletRequest request;

	private final Permit permit;

	private final @Nullable RequestEnd end;

	private boolean given;

	private volatile boolean begun;

	private @Nullable ServletOutputStream stream;

	private @Nullable PrintWriter writer;

	private volatile @Nullable AsyncContext async;

	private volatile @Nullable EndlessResponse endless;

	private volatile @Nullable Runnable endlessRemoval;

	NoticeResponse(RequestAdmission admission, EndlessRecognition recognition, HttpServletRequest request,
			HttpServletResponse response, Permit permit) {
		super(response);
		this.admission = admission;
		this.persistentConnection = "HTTP/1.1".equals(request.getProtocol());
		this.recognition = recognition;
		this.request = request;
		this.permit = permit;
		this.end = endOf(request);
	}

	/** A handshake gives way to the session that comes of it, which counts by itself. */
	private static @Nullable RequestEnd endOf(HttpServletRequest request) {
		boolean handshake = "websocket".equalsIgnoreCase(request.getHeader("Upgrade"));
		return (!handshake && request.getAttribute(RequestEnd.REQUEST_ATTRIBUTE) instanceof RequestEnd end) ? end
				: null;
	}

	/**
	 * Notes that the handler begins to write, unless it has begun already.
	 * @return the response if it is one that does not end by itself, or {@code null}
	 */
	@Nullable EndlessResponse begin() {
		if (!this.begun) {
			EndlessResponse expected = this.endless;
			if (expected == null) {
				this.begun = true;
				give();
				recognise(getContentType());
			}
			else {
				expected.unlessEnded(() -> begin(expected));
			}
		}
		return this.endless;
	}

	private void begin(EndlessResponse expected) {
		this.begun = true;
		give();
		if (!this.recognition.isEndless(this.request, getContentType()) && expected.tryLeave()) {
			this.endless = null; // it has come otherwise
		}
	}

	private void recognise(@Nullable String contentType) {
		if (this.recognition.isEndless(this.request, contentType)) {
			EndlessResponse recognised = new EndlessResponse(this, this.permit, Framing.of(contentType), this.async);
			this.endless = recognised;
			this.endlessRemoval = this.recognition.add(this.permit, recognised);
		}
	}

	/**
	 * Adds the notice if it is due and the response was not sent yet. A connection that
	 * goes on with another protocol is not asked to close.
	 */
	void give() {
		if (!this.given && this.admission.isNoticeDue() && !isCommitted()) {
			this.given = true;
			super.setHeader(RequestAdmission.MARKER_NAME, RequestAdmission.MARKER_LAME_DUCK);
			super.setHeader(RequestAdmission.INSTANCE_NAME, this.admission.instanceId());
			boolean upgraded = getStatus() == SC_SWITCHING_PROTOCOLS;
			if (this.persistentConnection && !upgraded && this.admission.isConnectionCloseDue()) {
				setHeader("Connection", "close");
			}
		}
	}

	/**
	 * Leaves the marker out: it is that of another instance, which the application has
	 * got an answer from and passes it on.
	 */
	@Override
	public void setHeader(String name, String value) {
		if (!isMarker(name)) {
			super.setHeader(name, value);
		}
	}

	/** Leaves the marker out, see {@link #setHeader}. */
	@Override
	public void addHeader(String name, String value) {
		if (!isMarker(name)) {
			super.addHeader(name, value);
		}
	}

	private static boolean isMarker(String header) {
		return RequestAdmission.MARKER_NAME.equalsIgnoreCase(header)
				|| RequestAdmission.INSTANCE_NAME.equalsIgnoreCase(header)
				|| RequestAdmission.METHOD_NAME.equalsIgnoreCase(header);
	}

	/**
	 * Returns the stream of the container once it is clear that the response ends by
	 * itself.
	 */
	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		if (this.stream == null) {
			requireNotEnded();
			ServletOutputStream original = super.getOutputStream();
			this.stream = endsByItself() ? original : new AcceptedOutputStream(this, original);
		}
		return this.stream;
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		if (this.writer == null) {
			requireNotEnded();
			PrintWriter original = super.getWriter();
			this.writer = endsByItself() ? original : new AcceptedWriter(this, original);
		}
		return this.writer;
	}

	private void requireNotEnded() throws IOException {
		EndlessResponse current = this.endless;
		if (current != null) {
			current.requireNotEnded();
		}
	}

	private boolean endsByItself() {
		return (this.begun || getContentType() != null) && begin() == null;
	}

	@Override
	public void flushBuffer() throws IOException {
		EndlessResponse current = begin();
		if (current == null) {
			super.flushBuffer();
		}
		else {
			current.write(super::flushBuffer, 0, (index) -> 0);
		}
	}

	/** Writes the last words, past the application, and closes the response if asked. */
	void finish(String lastWords, boolean close) throws IOException {
		if (!this.begun) {
			give();
			if (getContentType() == null) {
				setContentType(ExpectedEvents.MEDIA_TYPE);
			}
		}
		if (this.writer != null) {
			finish(super.getWriter(), lastWords, close);
		}
		else {
			finish(super.getOutputStream(), lastWords, close);
		}
	}

	private static void finish(PrintWriter writer, String lastWords, boolean close) {
		if (!lastWords.isEmpty()) {
			writer.write(lastWords);
			writer.flush();
		}
		if (close) {
			writer.close();
		}
	}

	private static void finish(ServletOutputStream stream, String lastWords, boolean close) throws IOException {
		if (!lastWords.isEmpty()) {
			stream.write(lastWords.getBytes(StandardCharsets.UTF_8));
			stream.flush();
		}
		if (close) {
			stream.close();
		}
	}

	/** Notes that the request goes on without its thread, for the first time or again. */
	void setAsync(AsyncContext async) {
		this.async = async;
		if (this.endless == null && !this.begun) {
			String contentType = getContentType();
			recognise((contentType == null && ExpectedEvents.areAllThatCanComeFor(this.request))
					? ExpectedEvents.MEDIA_TYPE : contentType);
		}
		EndlessResponse current = this.endless;
		if (current != null) {
			current.setAsync(async);
		}
	}

	/**
	 * Notes that the application completes or dispatches the request.
	 * @return {@code false} if it has to leave that because the response has ended
	 */
	boolean tryLeave() {
		EndlessResponse current = this.endless;
		if (current != null && !current.tryLeave()) {
			return false;
		}
		give(); // the dispatch may fail, and an error page is not written here
		return true;
	}

	/** Returns whether the response was ended although the application went on. */
	boolean hasEnded() {
		EndlessResponse current = this.endless;
		return current != null && current.hasEnded();
	}

	/** Has the permit given back when the request has ended for the server. */
	void endWithRequest() {
		if (this.end != null) {
			this.end.whenReached(() -> {
				complete();
				this.permit.close();
			});
		}
	}

	/**
	 * Notes that the request is complete for the filters. Its permit is given back only
	 * if nobody tells of the real end: an error page is not written here.
	 */
	void complete() {
		EndlessResponse current = this.endless;
		if (current != null) {
			current.complete();
		}
		Runnable removal = this.endlessRemoval;
		if (removal != null) {
			removal.run();
		}
		if (this.end == null) {
			this.permit.close();
		}
	}

	@Override
	public void sendError(int status) throws IOException {
		give();
		super.sendError(status);
	}

	@Override
	public void sendError(int status, String message) throws IOException {
		give();
		super.sendError(status, message);
	}

	@Override
	public void sendRedirect(String location) throws IOException {
		give();
		super.sendRedirect(location);
	}

	/** Clears the headers, the notice among them, which is then given again. */
	@Override
	public void reset() {
		super.reset();
		this.given = false;
		this.begun = false;
		this.stream = null;
		this.writer = null;
	}

}
