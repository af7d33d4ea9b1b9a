package io.github.gracefulshutdown.sample.load;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.util.List;

import io.github.gracefulshutdown.sample.process.Instance;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Calls over HTTP with connections kept alive. It neither retries nor looks whether a
 * pooled connection is stale, so it hides no loss.
 */
final class HttpCaller implements AutoCloseable {

	private static final int MANY = 1000;

	private final CloseableHttpClient client = HttpClients.custom()
		.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
			.setMaxConnTotal(MANY)
			.setMaxConnPerRoute(MANY)
			.setDefaultConnectionConfig(ConnectionConfig.custom()
				.setConnectTimeout(Timeout.of(Callers.TIMEOUT))
				.setSocketTimeout(Timeout.of(Callers.TIMEOUT))
				.setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
				.build())
			.build())
		.disableAutomaticRetries()
		.disableRedirectHandling()
		.build();

	Outcome send(Call call, Instance instance) {
		try {
			return this.client.execute(request(call, instance), (response) -> outcome(call, response));
		}
		catch (ConnectException ex) {
			return Outcome.of(Outcome.Type.REFUSED, ex);
		}
		catch (InterruptedIOException ex) {
			return Outcome.of(Outcome.Type.TIMEOUT, ex);
		}
		catch (IOException ex) {
			return Outcome.of(Outcome.Type.CLOSED, ex);
		}
	}

	private static ClassicHttpRequest request(Call call, Instance instance) {
		String url = "http://" + instance.host() + ":" + instance.httpPort();
		int total = call.parts() * call.ms();
		ClassicRequestBuilder request = switch (call.kind()) {
			case POST -> ClassicRequestBuilder.post(url + "/work?ms=" + total);
			case ASYNC -> ClassicRequestBuilder.get(url + "/async?ms=" + total);
			case STREAM -> ClassicRequestBuilder.get(url + "/stream?n=" + call.parts() + "&ms=" + call.ms());
			default -> ClassicRequestBuilder.get(url + "/work?ms=" + total);
		};
		return request.addHeader("Request-Id", call.id()).build();
	}

	private static Outcome outcome(Call call, ClassicHttpResponse response) throws IOException, HttpException {
		List<String> answer = EntityUtils.toString(response.getEntity()).lines().toList();
		if (response.getCode() == 200) {
			return answer.equals(call.answer()) ? Outcome.OK : Outcome.of(Outcome.Type.OTHER, "Answer " + answer);
		}
		Header marker = response.getFirstHeader("Graceful-Shutdown");
		boolean rejected = response.getCode() == 503 && marker != null && "rejected".equals(marker.getValue());
		return Outcome.of(rejected ? Outcome.Type.REJECTED : Outcome.Type.OTHER, "HTTP status " + response.getCode());
	}

	@Override
	public void close() throws IOException {
		this.client.close();
	}

}
