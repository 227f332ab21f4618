"""A local server in place of a model: it answers on loopback as a test tells it to, until ``server.over``."""

import http.server
import json
import threading

TEXT = (
    "The mayor said she would not sell the dam. The miners could accept a lower wall if the town paid, their leader said. "
    "Rell rejected the plan. The old gate costs $4.5 million a year to keep."
)


def item(**fields):
    base = {
        "sentence": 0,
        "speaker": "The mayor",
        "cue": "said",
        "content": ["she would not sell the dam"],
        "kind": "red_line",
        "issue": "",
        "condition": "",
        "consequent": "",
    }
    return base | fields


def answer(*items, **extra):
    content = json.dumps({"statements": list(items)} | extra)
    return json.dumps({"choices": [{"message": {"content": content}}]})


class Server:
    def __init__(self, behave):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                behave(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.over = threading.Event()
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def __exit__(self, *_):
        self.server.over.set()
        self.server.shutdown()
        self.server.server_close()


def respond(text: str, status: int = 200):
    def behave(handler):
        data = text.encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return behave
