package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.io.PrintWriter;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/**
 * Response that tells its caller that the instance leaves. It looks at the last moment,
 * when the handler begins to write: the lame duck may have begun while it worked.
 */
final class NoticeResponse extends HttpServletResponseWrapper {

	private final RequestAdmission admission;

	private final boolean persistentConnection;

	private boolean given;

	NoticeResponse(RequestAdmission admission, HttpServletRequest request, HttpServletResponse response) {
		super(response);
		this.admission = admission;
		this.persistentConnection = "HTTP/1.1".equals(request.getProtocol());
	}

	/** Adds the notice if it is due and the response was not sent yet. */
	void give() {
		if (!this.given && this.admission.isNoticeDue() && !isCommitted()) {
			this.given = true;
			setHeader(RequestAdmission.MARKER_NAME, RequestAdmission.MARKER_LAME_DUCK);
			if (this.persistentConnection && this.admission.isConnectionCloseDue()) {
				setHeader("Connection", "close");
			}
		}
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		give();
		return super.getOutputStream();
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		give();
		return super.getWriter();
	}

	@Override
	public void flushBuffer() throws IOException {
		give();
		super.flushBuffer();
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
	}

}
