"""The application without a network: run by test/e2e/images-model-server.test.ts."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "images", "model-server", "app"))

from application import create_application  # noqa: E402

SETOSA = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
VIRGINICA = {"sepal_length": 6.3, "sepal_width": 3.3, "petal_length": 6.0, "petal_width": 2.5}


class Application(unittest.TestCase):
    def setUp(self):
        self.client = create_application().test_client()

    def problem(self, **request):
        answer = self.client.post("/predict", **request)
        self.assertEqual(answer.status_code, 400)
        return answer.get_json()["error"]

    def test_is_healthy(self):
        answer = self.client.get("/health")
        self.assertEqual((answer.status_code, answer.get_json()), (200, {"status": "ok"}))

    def test_tells_flowers_apart(self):
        for flower, label in ((SETOSA, "setosa"), (VIRGINICA, "virginica")):
            answer = self.client.post("/predict", json=flower).get_json()
            self.assertEqual(answer["label"], label)
            self.assertAlmostEqual(sum(answer["probabilities"].values()), 1)

    def test_refuses_what_is_no_json_object(self):
        self.assertIn("JSON object", self.problem(data="{", content_type="application/json"))
        self.assertIn("JSON object", self.problem(json=[1, 2, 3, 4]))
        self.assertIn("JSON object", self.problem(data="sepal_length=1"))

    def test_names_the_wrong_feature(self):
        self.assertIn("petal_width", self.problem(json={name: SETOSA[name] for name in list(SETOSA)[:3]}))
        self.assertIn("sepal_width", self.problem(json={**SETOSA, "sepal_width": "3"}))
        self.assertIn("sepal_width", self.problem(json={**SETOSA, "sepal_width": True}))
        self.assertIn("sepal_width", self.problem(json={**SETOSA, "sepal_width": -1}))
        self.assertIn("colour", self.problem(json={**SETOSA, "colour": 1}))

    def test_refuses_numbers_that_are_none(self):
        body = '{"sepal_length": NaN, "sepal_width": 1, "petal_length": 1, "petal_width": 1}'
        self.assertIn("sepal_length", self.problem(data=body, content_type="application/json"))

    def test_has_only_these_methods(self):
        self.assertEqual(self.client.get("/predict").status_code, 405)
        self.assertEqual(self.client.get("/").status_code, 404)


if __name__ == "__main__":
    unittest.main()
